from letters import b, d, e

run(b, d)
