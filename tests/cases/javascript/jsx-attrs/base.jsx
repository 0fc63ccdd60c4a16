const a = <B x={1} />;
