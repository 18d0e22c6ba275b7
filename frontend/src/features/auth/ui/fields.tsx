import { PasswordInput, TextInput, type PasswordInputProps, type TextInputProps } from '@mantine/core';
import { IconEye, IconEyeOff } from '@tabler/icons-react';
import { m } from '../../../shared/i18n';
import { ICON } from '../../../shared/ui';

/** Errors are tied to the field by the library; `required` is said, not starred: everything here is needed. */
export function TextField(props: TextInputProps) {
  return <TextInput withAsterisk={false} {...props} />;
}

export function PasswordField(props: PasswordInputProps) {
  return (
    <PasswordInput
      withAsterisk={false}
      visibilityToggleButtonProps={{ 'aria-label': m.password_show(), tabIndex: 0 }}
      visibilityToggleIcon={({ reveal }) => (reveal ? <IconEyeOff {...ICON} /> : <IconEye {...ICON} />)}
      {...props}
    />
  );
}
