const a = <B x={1} y={2} />;
