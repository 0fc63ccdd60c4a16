const a = <B x={1} z={3} />;
