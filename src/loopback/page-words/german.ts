import type { PageWords } from '../page-words.ts';

/** The words of the pages in German. */
export const german: PageWords = {
  direction: 'ltr',
  signedIn: 'Angemeldet bei {provider}',
  signedOut: 'Abgemeldet bei {provider}',
  closeTab: 'Sie können diesen Tab schließen und zum Terminal zurückkehren.',
  unnamed: 'Dieser Anbieter teilt nicht mit, wer Sie sind.',
  granted: 'Was Sie erlaubt haben',
  more: 'und {count} weitere',
  nextCommand: 'Weiter geht es im Terminal',
  goesOn: {
    title: 'Noch ein Schritt',
    text: 'Die Anmeldung geht in einem anderen Tab weiter; das Terminal nennt den Grund. Sie können diesen Tab schließen.',
  },
  refused: {
    title: 'Der Zugriff wurde nicht erlaubt',
    text: 'Niemand wurde angemeldet, und nichts wurde gespeichert.',
  },
  failed: 'Anmeldung bei {provider} fehlgeschlagen',
  timedOut: 'Diese Anmeldung hat zu lange gedauert',
  stopped: 'Die Anmeldung wurde abgebrochen',
  whatToDo: 'Was Sie jetzt tun können',
  details: 'Technische Einzelheiten',
  reasons: {
    network: 'Der Anbieter war nicht erreichbar oder hat nicht rechtzeitig geantwortet.',
    server: 'Der Anbieter hat die Anmeldung nicht angenommen.',
    reply: 'Die Antwort des Anbieters hat die Prüfungen nicht bestanden und wurde deshalb nicht verwendet.',
    store: 'Die Anmeldung war erfolgreich, konnte aber auf diesem Computer nicht gespeichert werden.',
    timeout: 'Das Terminal wartet nicht mehr. Niemand wurde angemeldet, und nichts wurde gespeichert.',
    stopped: 'Sie wurde im Terminal abgebrochen. Niemand wurde angemeldet, und nichts wurde gespeichert.',
    other: 'Etwas ist schiefgegangen, und niemand wurde angemeldet.',
  },
  stillWaiting: 'Kehren Sie zum Terminal zurück: Die Anmeldung dort wartet noch auf Sie.',
  malformed: 'Diese Anfrage ist nicht verständlich',
  misdirected: 'Das ist nicht die richtige Adresse',
  tooLong: 'Diese Anfrage ist zu lang',
  prefetch: 'Öffnen Sie diesen Link selbst',
  incomplete: {
    title: 'Die Antwort war unvollständig',
    text: 'Der Anbieter hat Sie weder mit einem Code noch mit einem Fehler zurückgeschickt.',
  },
  forbidden: {
    title: 'Das gehört nicht zur Anmeldung',
    text: 'Was hier ankam, ist nicht die erwartete Antwort.',
  },
  unconfirmed: {
    title: 'Ein anderer Browser hat diese Anmeldung begonnen',
    text: 'Die Anmeldung muss in dem Browser enden, in dem sie begann. Kehren Sie zum Terminal zurück und öffnen Sie den Link von dort in diesem Browser, oder machen Sie im anderen weiter.',
  },
  linkReused: {
    title: 'Die Anmeldung wurde abgebrochen',
    text: 'Ihr Link war schon in einem anderen Browser geöffnet worden, vielleicht von jemand anderem. Kehren Sie zum Terminal zurück und beginnen Sie neu.',
  },
  notFound: {
    title: 'Hier ist nichts',
    text: 'Diese Adresse gehört zu keiner Anmeldung. Wenn Sie sich anmelden wollten, kehren Sie zum Terminal zurück und verwenden Sie den Link, der dort steht.',
  },
  answered: {
    title: 'Diese Anmeldung hat schon eine Antwort',
    text: 'Eine zweite, andere Antwort kam an und wurde nicht beachtet. Im Terminal sehen Sie, wie die Anmeldung ausging.',
  },
  ended: {
    title: 'Diese Anmeldung ist beendet',
    text: 'Im Terminal sehen Sie den Grund. Dort können Sie neu beginnen.',
  },
};
