import { createTheme, type MantineColorsTuple } from '@mantine/core';

const leaf: MantineColorsTuple = [
  'oklch(0.97 0.015 165)', 'oklch(0.94 0.03 165)', 'oklch(0.88 0.05 165)', 'oklch(0.80 0.075 165)', 'oklch(0.72 0.095 165)',
  'oklch(0.62 0.10 165)', 'oklch(0.52 0.10 165)', 'oklch(0.46 0.09 165)', 'oklch(0.39 0.075 165)', 'oklch(0.32 0.06 165)',
];
const danger: MantineColorsTuple = [
  'oklch(0.97 0.015 25)', 'oklch(0.94 0.03 25)', 'oklch(0.88 0.06 25)', 'oklch(0.80 0.10 25)', 'oklch(0.74 0.13 25)',
  'oklch(0.65 0.17 25)', 'oklch(0.53 0.18 25)', 'oklch(0.47 0.16 25)', 'oklch(0.40 0.13 25)', 'oklch(0.33 0.10 25)',
];
/** Warm grey; Mantine takes its neutrals in the light from this. */
const gray: MantineColorsTuple = [
  'oklch(0.985 0.003 80)', 'oklch(0.965 0.004 80)', 'oklch(0.93 0.005 80)', 'oklch(0.89 0.006 80)', 'oklch(0.83 0.007 80)',
  'oklch(0.70 0.008 80)', 'oklch(0.52 0.010 80)', 'oklch(0.42 0.010 80)', 'oklch(0.34 0.010 80)', 'oklch(0.26 0.010 80)',
];
/** And in the dark from this: text first, surfaces last. */
const dark: MantineColorsTuple = [
  'oklch(0.93 0.008 140)', 'oklch(0.84 0.010 150)', 'oklch(0.74 0.012 160)', 'oklch(0.60 0.012 165)', 'oklch(0.40 0.012 165)',
  'oklch(0.34 0.012 165)', 'oklch(0.28 0.012 165)', 'oklch(0.235 0.011 165)', 'oklch(0.20 0.010 165)', 'oklch(0.17 0.010 165)',
];

const FONT = "'Inter Variable', system-ui, sans-serif";

/** The tokens of this app in the library's terms; what is not a component of it reads app/theme.css. */
export const theme = createTheme({
  colors: { leaf, danger, gray, dark },
  primaryColor: 'leaf',
  primaryShade: { light: 6, dark: 6 },
  black: 'oklch(0.26 0.010 80)',
  white: 'oklch(0.995 0.002 80)',
  fontFamily: FONT,
  headings: { fontFamily: FONT, fontWeight: '600' },
  fontSizes: { xs: '12px', sm: '14px', md: '16px', lg: '20px', xl: '28px' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  radius: { xs: '4px', sm: '8px', md: '8px', lg: '12px', xl: '18px' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'md' } },
    TextInput: { defaultProps: { size: 'md' } },
    PasswordInput: { defaultProps: { size: 'md' } },
    Tooltip: { defaultProps: { openDelay: 500, withArrow: false } },
  },
});
