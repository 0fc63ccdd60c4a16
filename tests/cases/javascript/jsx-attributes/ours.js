const a = <Foo x={1} y={2} />;
