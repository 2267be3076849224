/** The codes of a command line that cannot be done as it stands. */
export type UsageCode =
  | 'usage_invalid'
  | 'usage_conflict'
  | 'usage_debugger'
  | 'usage_unknown_provider'
  | 'usage_unknown_account'
  | 'usage_ambiguous_account'
  | 'usage_unknown_grant'
  | 'usage_reserved_parameter'
  | 'usage_foreign_origin'
  | 'usage_unsafe_format';

/** The codes of settings that are missing or wrong. */
export type ConfigurationCode =
  | 'config_missing_client_id'
  | 'config_missing_client_secret'
  | 'config_client_secret_expired'
  | 'config_missing_key'
  | 'config_missing_refresh_token'
  | 'config_missing_subject_token'
  | 'config_no_ci_identity'
  | 'config_invalid_key'
  | 'config_invalid_client_file'
  | 'config_invalid_file'
  | 'config_unsafe_file'
  | 'config_invalid_value'
  | 'config_write_failed'
  | 'config_busy'
  | 'config_no_discovery'
  | 'config_unsupported_server'
  | 'config_no_device_grant'
  | 'config_no_browser'
  | 'config_no_home'
  | 'config_shared_directory'
  | 'config_wrong_clock'
  | 'config_old_runtime';

/** The codes of an answer that only a sign-in gives. */
export type AuthenticationRequiredCode =
  | 'login_required'
  | 'account_signed_out'
  | 'sign_in_ends'
  | 'refresh_rejected'
  | 'token_rejected'
  | 'person_required'
  | 'insufficient_scope'
  | 'insufficient_authentication'
  | 'id_token_missing'
  | 'id_token_expired'
  | 'account_mismatch'
  | 'sign_in_unknown'
  | 'sign_in_foreign'
  | 'sign_in_expired'
  | 'sign_in_finished';

/** The codes of a reply that must not be used (RFC 6749, OpenID Connect Core). */
export type ProtocolCode =
  | 'protocol_state_mismatch'
  | 'protocol_issuer_mismatch'
  | 'protocol_browser_mismatch'
  | 'protocol_invalid_metadata'
  | 'protocol_invalid_response'
  | 'protocol_subject_mismatch'
  | 'protocol_invalid_id_token'
  | 'protocol_redirect'
  | 'protocol_insecure_uri'
  | 'protocol_response_too_large';

/** The codes of a server that was not reached, or a person who did not come back. */
export type NetworkCode =
  | 'network_unreachable'
  | 'network_timeout'
  | 'network_tls'
  | 'network_proxy'
  | 'network_server_error'
  | 'network_port_in_use'
  | 'login_timeout';

/** The codes of the keychain and the files that are kept. */
export type StoreCode =
  | 'store_unavailable'
  | 'store_undecided'
  | 'store_locked'
  | 'store_denied'
  | 'store_timeout'
  | 'store_corrupt'
  | 'store_permissions'
  | 'store_unreadable_account'
  | 'store_write_failed'
  | 'store_key_missing'
  | 'store_passphrase_missing'
  | 'store_passphrase_wrong'
  | 'store_busy';

/** Every stable error code; `as_…` carries the code an authorization server sent (RFC 6749 §5.2 and others). */
export type ErrorCode =
  | UsageCode
  | ConfigurationCode
  | AuthenticationRequiredCode
  | `as_${string}`
  | ProtocolCode
  | NetworkCode
  | StoreCode
  | 'resource_refused'
  | 'program_not_found'
  | 'program_not_executable'
  | 'demo_stopped'
  | 'aborted';
