import type { PageWords } from '../page-words.ts';

/** The words of the pages in French. */
export const french: PageWords = {
  direction: 'ltr',
  signedIn: 'Connexion à {provider} réussie',
  signedOut: 'Déconnexion de {provider} effectuée',
  closeTab: 'Vous pouvez fermer cet onglet et revenir au terminal.',
  unnamed: 'Ce fournisseur n’indique pas qui vous êtes.',
  granted: 'Ce que vous avez autorisé',
  more: 'et {count} de plus',
  nextCommand: 'Ensuite, dans le terminal',
  goesOn: {
    title: 'Encore une étape',
    text: 'La connexion se poursuit dans un autre onglet, et le terminal indique pourquoi. Vous pouvez fermer cet onglet.',
  },
  refused: {
    title: 'L’accès n’a pas été accordé',
    text: 'Personne n’a été connecté et rien n’a été enregistré.',
  },
  failed: 'Échec de la connexion à {provider}',
  timedOut: 'Cette connexion a pris trop de temps',
  stopped: 'La connexion a été arrêtée',
  whatToDo: 'Que faire maintenant',
  details: 'Détails techniques',
  reasons: {
    network: 'Le fournisseur est injoignable ou n’a pas répondu à temps.',
    server: 'Le fournisseur n’a pas accepté la connexion.',
    reply: 'La réponse du fournisseur n’a pas passé les contrôles et n’a donc pas été utilisée.',
    store: 'La connexion a réussi, mais elle n’a pas pu être enregistrée sur cet ordinateur.',
    timeout: 'Le terminal n’attend plus. Personne n’a été connecté et rien n’a été enregistré.',
    stopped: 'Elle a été arrêtée dans le terminal. Personne n’a été connecté et rien n’a été enregistré.',
    other: 'Une erreur est survenue et personne n’a été connecté.',
  },
  stillWaiting: 'Revenez au terminal : la connexion vous y attend toujours.',
  malformed: 'Cette requête est incompréhensible',
  misdirected: 'Ce n’est pas la bonne adresse',
  tooLong: 'Cette requête est trop longue',
  prefetch: 'Ouvrez ce lien vous-même',
  incomplete: {
    title: 'La réponse était incomplète',
    text: 'Le fournisseur vous a renvoyé sans code ni erreur.',
  },
  forbidden: {
    title: 'Ceci ne fait pas partie de la connexion',
    text: 'Ce qui est arrivé ici n’est pas la réponse attendue.',
  },
  unconfirmed: {
    title: 'Un autre navigateur a commencé cette connexion',
    text: 'La connexion doit se terminer dans le navigateur où elle a commencé. Revenez au terminal et ouvrez dans ce navigateur le lien qui s’y trouve, ou terminez dans l’autre.',
  },
  linkReused: {
    title: 'La connexion a été arrêtée',
    text: 'Son lien avait déjà été ouvert dans un autre navigateur, peut-être par quelqu’un d’autre. Revenez au terminal et recommencez.',
  },
  notFound: {
    title: 'Il n’y a rien ici',
    text: 'Cette adresse ne fait partie d’aucune connexion. Si vous vouliez vous connecter, revenez au terminal et utilisez le lien qui s’y trouve.',
  },
  answered: {
    title: 'Cette connexion a déjà une réponse',
    text: 'Une seconde réponse, différente, est arrivée et a été ignorée. Revenez au terminal pour voir comment la connexion s’est terminée.',
  },
  ended: {
    title: 'Cette connexion est terminée',
    text: 'Revenez au terminal pour voir pourquoi, et recommencez là.',
  },
};
