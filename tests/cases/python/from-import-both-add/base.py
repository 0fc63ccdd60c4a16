from letters import b, d

run(b, d)
