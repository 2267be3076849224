import type { PageWords } from '../page-words.ts';

/** The words of the pages in Portuguese. */
export const portuguese: PageWords = {
  direction: 'ltr',
  signedIn: 'Sessão iniciada em {provider}',
  signedOut: 'Sessão terminada em {provider}',
  closeTab: 'Você pode fechar esta aba e voltar ao terminal.',
  unnamed: 'Este provedor não informa quem você é.',
  granted: 'O que você permitiu',
  more: 'e mais {count}',
  nextCommand: 'A seguir, no terminal',
  goesOn: {
    title: 'Mais um passo',
    text: 'O início de sessão continua em outra aba, e o terminal diz por quê. Você pode fechar esta aba.',
  },
  refused: { title: 'O acesso não foi concedido', text: 'Nenhuma sessão foi iniciada e nada foi guardado.' },
  failed: 'Falha ao iniciar sessão em {provider}',
  timedOut: 'O início de sessão demorou demais',
  stopped: 'O início de sessão foi interrompido',
  whatToDo: 'O que fazer agora',
  details: 'Detalhes técnicos',
  reasons: {
    network: 'Não foi possível contactar o provedor, ou ele não respondeu a tempo.',
    server: 'O provedor não aceitou o início de sessão.',
    reply: 'A resposta do provedor não passou nas verificações, por isso não foi usada.',
    store: 'O início de sessão deu certo, mas não pôde ser guardado neste computador.',
    timeout: 'O terminal deixou de esperar. Nenhuma sessão foi iniciada e nada foi guardado.',
    stopped: 'Foi interrompido no terminal. Nenhuma sessão foi iniciada e nada foi guardado.',
    other: 'Algo deu errado e nenhuma sessão foi iniciada.',
  },
  stillWaiting: 'Volte ao terminal: o início de sessão ainda espera por você lá.',
  malformed: 'Este pedido não faz sentido',
  misdirected: 'Este não é o endereço certo',
  tooLong: 'Este pedido é longo demais',
  prefetch: 'Abra este link você mesmo',
  incomplete: {
    title: 'A resposta estava incompleta',
    text: 'O provedor enviou você de volta sem código e sem erro.',
  },
  forbidden: {
    title: 'Isto não pertence ao início de sessão',
    text: 'O que chegou aqui não é a resposta esperada.',
  },
  unconfirmed: {
    title: 'Outro navegador começou este início de sessão',
    text: 'O início de sessão precisa terminar no navegador em que começou. Volte ao terminal e abra neste navegador o link que aparece lá, ou termine no outro.',
  },
  linkReused: {
    title: 'O início de sessão foi interrompido',
    text: 'O link já tinha sido aberto em outro navegador, talvez por outra pessoa. Volte ao terminal e comece de novo.',
  },
  notFound: {
    title: 'Não há nada aqui',
    text: 'Este endereço não faz parte de um início de sessão. Se você queria entrar, volte ao terminal e use o link que aparece lá.',
  },
  answered: {
    title: 'Este início de sessão já tem uma resposta',
    text: 'Uma segunda resposta, diferente, chegou e foi ignorada. Volte ao terminal para ver como terminou.',
  },
  ended: {
    title: 'Este início de sessão terminou',
    text: 'Volte ao terminal para ver o motivo e comece de novo lá.',
  },
};
