/** How every icon of ours is drawn. */
export const ICON = { size: 20, stroke: 1.75, 'aria-hidden': true } as const;
