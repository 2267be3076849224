import type { PageWords } from '../page-words.ts';

/** The words of the pages in Korean. */
export const korean: PageWords = {
  direction: 'ltr',
  signedIn: '{provider} 로그인 완료',
  signedOut: '{provider}에서 로그아웃했습니다',
  closeTab: '이 탭을 닫고 터미널로 돌아가세요.',
  unnamed: '이 제공자는 사용자가 누구인지 알려 주지 않습니다.',
  granted: '허용한 항목',
  more: '외 {count}개',
  nextCommand: '다음은 터미널에서',
  goesOn: {
    title: '한 단계 더 남았습니다',
    text: '로그인은 다른 탭에서 계속되며, 이유는 터미널에 표시됩니다. 이 탭은 닫아도 됩니다.',
  },
  refused: {
    title: '접근이 허용되지 않았습니다',
    text: '로그인되지 않았으며 아무것도 저장되지 않았습니다.',
  },
  failed: '{provider} 로그인 실패',
  timedOut: '로그인 시간이 초과되었습니다',
  stopped: '로그인이 중단되었습니다',
  whatToDo: '다음에 할 일',
  details: '기술 세부 정보',
  reasons: {
    network: '제공자에 연결할 수 없거나 제시간에 응답하지 않았습니다.',
    server: '제공자가 로그인을 받아들이지 않았습니다.',
    reply: '제공자의 응답이 검사를 통과하지 못해 사용하지 않았습니다.',
    store: '로그인은 성공했지만 이 컴퓨터에 저장할 수 없었습니다.',
    timeout: '터미널이 더 이상 기다리지 않습니다. 로그인되지 않았으며 아무것도 저장되지 않았습니다.',
    stopped: '터미널에서 중단되었습니다. 로그인되지 않았으며 아무것도 저장되지 않았습니다.',
    other: '문제가 발생하여 로그인되지 않았습니다.',
  },
  stillWaiting: '터미널로 돌아가세요. 로그인이 아직 기다리고 있습니다.',
  malformed: '이해할 수 없는 요청입니다',
  misdirected: '올바른 주소가 아닙니다',
  tooLong: '요청이 너무 깁니다',
  prefetch: '이 링크를 직접 여세요',
  incomplete: {
    title: '응답이 완전하지 않습니다',
    text: '제공자가 코드도 오류도 없이 브라우저를 돌려보냈습니다.',
  },
  forbidden: {
    title: '이 로그인에 속하지 않습니다',
    text: '여기에 도착한 것은 기다리던 응답이 아닙니다.',
  },
  unconfirmed: {
    title: '다른 브라우저에서 시작한 로그인입니다',
    text: '로그인은 시작한 브라우저에서 끝내야 합니다. 터미널로 돌아가 표시된 링크를 이 브라우저에서 열거나, 다른 브라우저에서 마치세요.',
  },
  linkReused: {
    title: '로그인이 중단되었습니다',
    text: '링크가 이미 다른 브라우저에서, 어쩌면 다른 사람에 의해 열렸습니다. 터미널로 돌아가 다시 시작하세요.',
  },
  notFound: {
    title: '여기에는 아무것도 없습니다',
    text: '이 주소는 로그인의 일부가 아닙니다. 로그인하려면 터미널로 돌아가 표시된 링크를 사용하세요.',
  },
  answered: {
    title: '이 로그인에는 이미 응답이 있습니다',
    text: '다른 두 번째 응답이 도착했지만 무시되었습니다. 결과는 터미널에서 확인하세요.',
  },
  ended: {
    title: '이 로그인은 끝났습니다',
    text: '이유는 터미널에서 확인하고, 거기서 다시 시작하세요.',
  },
};
