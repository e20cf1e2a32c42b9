// The peer of bench live_fanout: graphql-yoga with graphql-ws and Redis, as their guides build it.
// PORT and REDIS_URL come from the environment; POST /graphql {query: "mutation { sell }"} tells all.

import { createServer } from 'node:http'
import { createRedisEventTarget } from '@graphql-yoga/redis-event-target'
import { createPubSub, createSchema, createYoga } from 'graphql-yoga'
import { useServer } from 'graphql-ws/use/ws'
import { Redis } from 'ioredis'
import { WebSocketServer } from 'ws'

const pubSub = createPubSub({
  eventTarget: createRedisEventTarget({
    publishClient: new Redis(process.env.REDIS_URL),
    subscribeClient: new Redis(process.env.REDIS_URL),
  }),
})
let version = 0
const yoga = createYoga({
  logging: false,
  schema: createSchema({
    typeDefs: /* GraphQL */ `
      enum SeatStatus { AVAILABLE HELD BOOKED BLOCKED }
      type Seat { id: ID! label: String! status: SeatStatus! }
      type SeatUpdate { version: Int! resync: Boolean! seats: [Seat!]! }
      type Query { version: Int! }
      type Mutation { sell: Int! }
      type Subscription { seatUpdates(eventSlug: String!, afterVersion: Int): SeatUpdate! }
    `,
    resolvers: {
      Query: { version: () => version },
      Mutation: {
        sell: () => {
          version += 1
          const seats = [
            { id: '1', label: 'A-1', status: 'AVAILABLE' },
            { id: '2', label: 'A-2', status: 'HELD' },
          ]
          pubSub.publish('seats', { version, resync: false, seats })
          return version
        },
      },
      Subscription: {
        seatUpdates: { subscribe: () => pubSub.subscribe('seats'), resolve: (update) => update },
      },
    },
  }),
})
const server = createServer(yoga)
const sockets = new WebSocketServer({ server, path: '/graphql' })
useServer(
  {
    execute: (args) => args.rootValue.execute(args),
    subscribe: (args) => args.rootValue.subscribe(args),
    onSubscribe: async (context, _id, params) => {
      const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
        ...context,
        req: context.extra.request,
        socket: context.extra.socket,
        params,
      })
      const args = {
        schema,
        operationName: params.operationName,
        document: parse(params.query),
        variableValues: params.variables,
        contextValue: await contextFactory(),
        rootValue: { execute, subscribe },
      }
      const errors = validate(args.schema, args.document)
      return errors.length ? errors : args
    },
  },
  sockets,
)
server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('ready'))
