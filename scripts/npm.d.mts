export function environmentForNpm(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv;
export function stepLimit(variables: NodeJS.ProcessEnv): number;
