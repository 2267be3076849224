import type { PageWords } from '../page-words.ts';

/** The words of the pages in Spanish. */
export const spanish: PageWords = {
  direction: 'ltr',
  signedIn: 'Sesión iniciada en {provider}',
  signedOut: 'Sesión cerrada en {provider}',
  closeTab: 'Puede cerrar esta pestaña y volver al terminal.',
  unnamed: 'Este proveedor no indica quién es usted.',
  granted: 'Lo que ha permitido',
  more: 'y {count} más',
  nextCommand: 'A continuación, en el terminal',
  goesOn: {
    title: 'Un paso más',
    text: 'El inicio de sesión continúa en otra pestaña y el terminal explica por qué. Puede cerrar esta pestaña.',
  },
  refused: { title: 'No se concedió el acceso', text: 'No se inició ninguna sesión ni se guardó nada.' },
  failed: 'No se pudo iniciar sesión en {provider}',
  timedOut: 'El inicio de sesión tardó demasiado',
  stopped: 'El inicio de sesión se detuvo',
  whatToDo: 'Qué hacer ahora',
  details: 'Detalles técnicos',
  reasons: {
    network: 'No se pudo contactar con el proveedor, o no respondió a tiempo.',
    server: 'El proveedor no aceptó el inicio de sesión.',
    reply: 'La respuesta del proveedor no superó las comprobaciones, así que no se utilizó.',
    store: 'El inicio de sesión fue correcto, pero no se pudo guardar en este equipo.',
    timeout: 'El terminal ha dejado de esperar. No se inició ninguna sesión ni se guardó nada.',
    stopped: 'Se detuvo desde el terminal. No se inició ninguna sesión ni se guardó nada.',
    other: 'Algo salió mal y no se inició ninguna sesión.',
  },
  stillWaiting: 'Vuelva al terminal: el inicio de sesión sigue esperándole allí.',
  malformed: 'Esta petición no tiene sentido',
  misdirected: 'Esta no es la dirección correcta',
  tooLong: 'Esta petición es demasiado larga',
  prefetch: 'Abra usted mismo este enlace',
  incomplete: {
    title: 'La respuesta estaba incompleta',
    text: 'El proveedor le envió de vuelta sin código y sin error.',
  },
  forbidden: {
    title: 'Esto no pertenece al inicio de sesión',
    text: 'Lo que llegó aquí no es la respuesta que se esperaba.',
  },
  unconfirmed: {
    title: 'Otro navegador comenzó este inicio de sesión',
    text: 'El inicio de sesión debe terminar en el navegador en el que comenzó. Vuelva al terminal y abra en este navegador el enlace que aparece allí, o termine en el otro.',
  },
  linkReused: {
    title: 'El inicio de sesión se detuvo',
    text: 'Su enlace ya se había abierto en otro navegador, quizá por otra persona. Vuelva al terminal y empiece de nuevo.',
  },
  notFound: {
    title: 'Aquí no hay nada',
    text: 'Esta dirección no forma parte de un inicio de sesión. Si quería iniciar sesión, vuelva al terminal y use el enlace que aparece allí.',
  },
  answered: {
    title: 'Este inicio de sesión ya tiene respuesta',
    text: 'Llegó una segunda respuesta, distinta, y se ignoró. Vuelva al terminal para ver cómo terminó.',
  },
  ended: {
    title: 'Este inicio de sesión ha terminado',
    text: 'Vuelva al terminal para ver el motivo y empiece de nuevo allí.',
  },
};
