from letters import b, c, d, e

run(b, d)
