// A server of the Fediverse that is not Mastodon, on loopback: WebFinger, actors, tombstones and NodeInfo by Fedify.
// It takes certificate and key (PEM) as JSON on stdin, prints its port as JSON, and ends when stdin closes.
import https from 'node:https'
import readline from 'node:readline'
import { Temporal } from '@js-temporal/polyfill'

globalThis.Temporal ??= Temporal

const { createFederation, MemoryKvStore } = await import('@fedify/fedify')
const { Announce, Create, Endpoints, Note, Person, PropertyValue, Tombstone } = await import('@fedify/fedify/vocab')

const federation = createFederation({ kv: new MemoryKvStore(), allowPrivateAddress: true })

federation
  .setActorDispatcher('/users/{identifier}', (ctx, identifier) => {
    const id = ctx.getActorUri(identifier)
    if (identifier === 'gone') return new Tombstone({ id, deleted: Temporal.Instant.from('2025-01-02T03:04:05Z') })
    if (!['figure', 'moved', 'poster', 'successor'].includes(identifier)) return null
    return new Person({
      id,
      preferredUsername: identifier,
      name: `Public ${identifier}`,
      summary: '<p>Formerly on X</p>',
      published: Temporal.Instant.from('2022-11-05T00:00:00Z'),
      url: new URL(`/@${identifier}`, ctx.url),
      inbox: ctx.getInboxUri(identifier),
      followers: ctx.getFollowersUri(identifier),
      endpoints: new Endpoints({ sharedInbox: ctx.getInboxUri() }),
      attachments: [new PropertyValue({ name: 'Site', value: '<a href="https://office.test">office.test</a>' })],
      ...(identifier === 'poster' && { outbox: ctx.getOutboxUri(identifier) }),
      ...(identifier === 'moved' && { successor: ctx.getActorUri('successor') }),
      ...(identifier === 'successor' && { aliases: [ctx.getActorUri('moved')] }),
    })
  })
  .mapHandle((_ctx, username) => username)

federation.setInboxListeners('/users/{identifier}/inbox', '/inbox')
federation
  .setFollowersDispatcher('/users/{identifier}/followers', () => ({ items: [] }))
  .setCounter(() => 1234)
  .setFirstCursor(() => '')
// Fifty activities, one every other day: the second newest is a reply, the third a boost. The counter lies, as some do.
function activity(ctx, identifier, n) {
  const published = Temporal.Instant.from('2026-11-20T10:00:00Z').subtract({ hours: 48 * n })
  const actor = ctx.getActorUri(identifier)
  const id = new URL(`#activity-${n}`, actor)
  if (n === 2) return new Announce({ id, actor, published, object: new URL('https://elsewhere.test/1') })
  const replyTarget = n === 1 ? new URL('https://elsewhere.test/2') : null
  return new Create({ id, actor, published, object: new Note({ published, content: 'quetzalcoatlus', replyTarget }) })
}

federation
  .setOutboxDispatcher('/users/{identifier}/outbox', (ctx, identifier, cursor) => {
    if (identifier !== 'poster' || cursor === null) return null
    const start = Number(cursor)
    const numbers = Array.from({ length: 50 }, (_, n) => n).slice(start, start + 20)
    return { items: numbers.map((n) => activity(ctx, identifier, n)), nextCursor: start + 20 < 50 ? String(start + 20) : null }
  })
  .setCounter(() => 7)
  .setFirstCursor(() => '0')
federation.setNodeInfoDispatcher('/nodeinfo/2.1', () => ({
  software: { name: 'kooch-testbed', version: '0.1.0' },
  protocols: ['activitypub'],
  usage: { users: { total: 4 }, localPosts: 0, localComments: 0 },
}))

async function serve(request, response) {
  const url = new URL(request.url, `https://${request.headers.host}`)
  const answer = await federation.fetch(new Request(url, { headers: request.headers }), { contextData: undefined })
  response.writeHead(answer.status, Object.fromEntries(answer.headers))
  response.end(Buffer.from(await answer.arrayBuffer()))
}

const lines = readline.createInterface({ input: process.stdin })
lines.once('line', (line) => {
  const server = https.createServer(JSON.parse(line), (request, response) => {
    serve(request, response).catch((error) => response.destroy(error))
  })
  server.listen(0, '127.0.0.1', () => process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`))
})
lines.once('close', () => process.exit(0))
