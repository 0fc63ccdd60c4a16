const a = <Foo x={1} z={3} />;
