import type { PageWords } from '../page-words.ts';

/** The words of the pages in Chinese, in simplified characters. */
export const chinese: PageWords = {
  direction: 'ltr',
  signedIn: '已登录 {provider}',
  signedOut: '已退出 {provider}',
  closeTab: '您可以关闭此标签页并返回终端。',
  unnamed: '该提供方没有说明您是谁。',
  granted: '您已允许',
  more: '另有 {count} 项',
  nextCommand: '接下来，在终端中',
  goesOn: { title: '还有一步', text: '登录将在另一个标签页中继续，原因见终端。您可以关闭此标签页。' },
  refused: { title: '未授予访问权限', text: '没有人登录，也没有保存任何内容。' },
  failed: '登录 {provider} 失败',
  timedOut: '此次登录耗时过长',
  stopped: '登录已停止',
  whatToDo: '接下来怎么办',
  details: '技术细节',
  reasons: {
    network: '无法连接到提供方，或者它没有及时应答。',
    server: '提供方没有接受此次登录。',
    reply: '提供方的应答没有通过检查，因此未被使用。',
    store: '登录成功，但无法保存到这台计算机上。',
    timeout: '终端已停止等待。没有人登录，也没有保存任何内容。',
    stopped: '登录已在终端中停止。没有人登录，也没有保存任何内容。',
    other: '出现了问题，没有人登录。',
  },
  stillWaiting: '请返回终端：那里的登录仍在等待您。',
  malformed: '无法理解此请求',
  misdirected: '这不是正确的地址',
  tooLong: '此请求太长',
  prefetch: '请您自己打开此链接',
  incomplete: { title: '应答不完整', text: '提供方让浏览器返回时，既没有代码，也没有错误。' },
  forbidden: { title: '这不属于此次登录', text: '到达这里的不是所等待的应答。' },
  unconfirmed: {
    title: '此次登录是在另一个浏览器中开始的',
    text: '登录必须在开始时的浏览器中完成。请返回终端，在此浏览器中打开那里的链接，或者在另一个浏览器中完成。',
  },
  linkReused: {
    title: '登录已停止',
    text: '它的链接已在另一个浏览器中打开过，可能是别人打开的。请返回终端重新开始。',
  },
  notFound: {
    title: '这里什么也没有',
    text: '此地址不属于任何登录。如果您想登录，请返回终端，使用那里显示的链接。',
  },
  answered: {
    title: '此次登录已有应答',
    text: '又收到一个不同的应答，已被忽略。请返回终端查看登录结果。',
  },
  ended: { title: '此次登录已结束', text: '请返回终端查看原因，并在那里重新开始。' },
};
