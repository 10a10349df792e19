// The whole Bluesky network on loopback: directory (PLC), personal data server (PDS), AppView, moderation.
// It prints one JSON line when ready, then answers each JSON line on stdin with one on stdout.
// It ends on SIGTERM and when stdin closes, and ends the processes in ALSO_END with it.
import http from 'node:http'
import net from 'node:net'
import readline from 'node:readline'

// Standard output carries answers only.
console.log = console.error
const answer = (body) => process.stdout.write(`${JSON.stringify(body)}\n`)

// The test network listens on the wildcard address; every listener is moved to loopback.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (...args) {
  return typeof args[0] === 'number'
    ? listen.call(this, { port: args[0], host: '127.0.0.1' }, args.find((arg) => typeof arg === 'function'))
    : listen.apply(this, args)
}

const { Secp256k1Keypair } = await import('@atproto/crypto')
const { TestNetwork } = await import('@atproto/dev-env')
const { createServiceJwt } = await import('@atproto/xrpc-server')

let network

function end() {
  for (const pid of (process.env.ALSO_END ?? '').split(',').filter(Boolean)) {
    try {
      process.kill(Number(pid))
    } catch (error) {
      if (error.code !== 'ESRCH') throw error
    }
  }
  process.exit(0)
}

async function call(method, verb, token, body) {
  const response = await fetch(`${network.pds.url}/xrpc/${method}`, {
    method: verb,
    headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
    body: body && JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method}: ${response.status} ${text}`)
  return text ? JSON.parse(text) : {}
}

// A did:web account moves in as any account from elsewhere does: its document is served over HTTP, its owner's key
// signs the request to the PDS, the document then names the PDS's key, and the PDS activates the account.
async function addDidWeb({ handle, email, password }) {
  const owner = await Secp256k1Keypair.create()
  let document
  const server = http.createServer((request, response) => {
    const found = request.url === '/.well-known/did.json'
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(found ? document : { error: 'NotFound' }))
  })
  await new Promise((resolve) => server.listen(0, resolve))
  const did = `did:web:localhost%3A${server.address().port}`
  const documentWith = (key) => ({
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id: did,
    alsoKnownAs: [`at://${handle}`],
    verificationMethod: [
      { id: `${did}#atproto`, type: 'Multikey', controller: did, publicKeyMultibase: key.replace('did:key:', '') },
    ],
    service: [{ id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: network.pds.url }],
  })
  document = documentWith(owner.did())
  const lxm = 'com.atproto.server.createAccount'
  const proof = await createServiceJwt({ iss: did, aud: network.pds.ctx.cfg.service.did, lxm, keypair: owner })
  const { accessJwt } = await call(lxm, 'POST', proof, { did, handle, email, password })
  const recommended = 'com.atproto.identity.getRecommendedDidCredentials'
  const { verificationMethods } = await call(recommended, 'GET', accessJwt)
  document = documentWith(verificationMethods.atproto)
  await call('com.atproto.server.activateAccount', 'POST', accessJwt)
  return { did, accessJwt }
}

// Waits until the AppView has read all that the PDS has written.
async function settle() {
  await network.processAll(30_000)
  return {}
}

const actions = { addDidWeb, settle }

process.on('SIGTERM', end)
const lines = readline.createInterface({ input: process.stdin })
lines.on('close', end)
lines.on('line', async (line) => {
  const { action, ...options } = JSON.parse(line)
  try {
    answer(await actions[action](options))
  } catch (error) {
    answer({ error: String(error.stack ?? error) })
  }
})

const { PLC_PORT, PDS_PORT, APPVIEW_PORT, OZONE_PORT, RATE_LIMIT_BYPASS_KEY } = process.env
network = await TestNetwork.create({
  dbPostgresUrl: process.env.DB_POSTGRES_URL,
  dbPostgresSchema: process.env.DB_POSTGRES_SCHEMA,
  plc: { port: Number(PLC_PORT) },
  pds: {
    port: Number(PDS_PORT),
    hostname: 'localhost',
    rateLimitsEnabled: true,
    rateLimitBypassKey: RATE_LIMIT_BYPASS_KEY,
  },
  bsky: { port: Number(APPVIEW_PORT), publicUrl: `http://localhost:${APPVIEW_PORT}` },
  ozone: { port: Number(OZONE_PORT) },
})
answer({ plc: network.plc.url, pds: network.pds.url, appview: network.bsky.url })
