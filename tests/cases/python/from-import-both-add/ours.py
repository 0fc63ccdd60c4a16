from letters import b, c, d

run(b, d)
