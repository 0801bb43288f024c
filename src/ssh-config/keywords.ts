import { nearest } from '../lib/suggest.ts';

// ssh_config(5) of OpenSSH 9.2 with Debian's additions, then what came later or is Apple's.
const KNOWN = `AddKeysToAgent AddressFamily BatchMode BindAddress BindInterface CASignatureAlgorithms CanonicalDomains
CanonicalizeFallbackLocal CanonicalizeHostname CanonicalizeMaxDots CanonicalizePermittedCNAMEs CertificateFile
CheckHostIP Ciphers ClearAllForwardings Compression ConnectTimeout ConnectionAttempts ControlMaster ControlPath
ControlPersist DynamicForward EnableEscapeCommandline EnableSSHKeysign EscapeChar ExitOnForwardFailure FingerprintHash
ForkAfterAuthentication ForwardAgent ForwardX11 ForwardX11Timeout ForwardX11Trusted GSSAPIAuthentication
GSSAPIClientIdentity GSSAPIDelegateCredentials GSSAPIKexAlgorithms GSSAPIKeyExchange GSSAPIRenewalForcesRekey
GSSAPIServerIdentity GSSAPITrustDns GatewayPorts GlobalKnownHostsFile HashKnownHosts Host HostKeyAlgorithms
HostKeyAlias HostbasedAcceptedAlgorithms HostbasedAuthentication HostName IPQoS IdentitiesOnly IdentityAgent
IdentityFile IgnoreUnknown Include KbdInteractiveAuthentication KbdInteractiveDevices KexAlgorithms KnownHostsCommand
LocalCommand LocalForward LogLevel LogVerbose MACs Match NoHostAuthenticationForLocalhost NumberOfPasswordPrompts
PKCS11Provider PasswordAuthentication PermitLocalCommand PermitRemoteOpen Port PreferredAuthentications ProxyCommand
ProxyJump ProxyUseFdpass PubkeyAcceptedAlgorithms PubkeyAuthentication RekeyLimit RemoteCommand RemoteForward
RequestTTY RequiredRSASize RevokedHostKeys SecurityKeyProvider SendEnv ServerAliveCountMax ServerAliveInterval
SessionType SetEnv StdinNull StreamLocalBindMask StreamLocalBindUnlink StrictHostKeyChecking SyslogFacility
TCPKeepAlive Tunnel TunnelDevice UpdateHostKeys User UserKnownHostsFile VerifyHostKeyDNS VisualHostKey XAuthLocation
ChannelTimeout ObscureKeystrokeTiming RefuseConnection Tag VersionAddendum WarnWeakCrypto UseKeychain`;

// Names that ssh still reads, for nothing (readconf.c: oIgnore, oDeprecated, oUnsupported).
const DEPRECATED = `Protocol Cipher FallBackToRsh GlobalKnownHostsFile2 RhostsAuthentication UserKnownHostsFile2 UseRoaming
UseRsh UsePrivilegedPort AFSTokenPassing KerberosAuthentication KerberosTgtPassing RSAAuthentication
RhostsRSAAuthentication CompressionLevel ProtocolKeepAlives SetupTimeOut`;

/** Old names of keywords that go on under another one (readconf.c). */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['identityfile2', 'identityfile'],
  ['smartcarddevice', 'pkcs11provider'],
  ['dsaauthentication', 'pubkeyauthentication'],
  ['challengeresponseauthentication', 'kbdinteractiveauthentication'],
  ['skeyauthentication', 'kbdinteractiveauthentication'],
  ['tisauthentication', 'kbdinteractiveauthentication'],
  ['keepalive', 'tcpkeepalive'],
  ['hostbasedkeytypes', 'hostbasedacceptedalgorithms'],
  ['hostbasedacceptedkeytypes', 'hostbasedacceptedalgorithms'],
  ['pubkeyacceptedkeytypes', 'pubkeyacceptedalgorithms'],
]);

const NAMES: ReadonlyMap<string, string> = new Map(
  [...KNOWN.split(/\s/), ...DEPRECATED.split(/\s/)].map((name) => [name.toLowerCase(), name]),
);

/** Today's name of a keyword, in lower case; null where ssh does not know it either. */
export function knownKeyword(written: string): string | null {
  const keyword = ALIASES.get(written) ?? written;
  return NAMES.has(keyword) ? keyword : null;
}

/** A keyword as the manual writes it. */
export function spelled(keyword: string): string {
  return NAMES.get(keyword) ?? keyword;
}

/** What an unknown keyword may have meant, or null. */
export function meantKeyword(written: string): string | null {
  const near = nearest(written, NAMES.keys());
  return near === null ? null : `Did you mean ${spelled(near)}?`;
}
