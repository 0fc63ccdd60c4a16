const a = <Foo x={1} />;
