export interface Guest {
  accessToken: string;
  roomId: string;
}

const key = (token: string) => `moodbites.guest.${token}`;

/** For a reload of this tab, and no longer: the link itself works once. */
export function rememberGuest(token: string, guest: Guest): void {
  try {
    sessionStorage.setItem(key(token), JSON.stringify(guest));
  } catch {
    // then a reload needs another link
  }
}

export function recallGuest(token: string): Guest | undefined {
  try {
    const { accessToken, roomId } = JSON.parse(sessionStorage.getItem(key(token)) ?? '{}') as Partial<Guest>;
    return typeof accessToken === 'string' && typeof roomId === 'string' ? { accessToken, roomId } : undefined;
  } catch {
    return undefined;
  }
}

export function forgetGuest(token: string): void {
  try {
    sessionStorage.removeItem(key(token));
  } catch {
    // nothing was kept
  }
}
