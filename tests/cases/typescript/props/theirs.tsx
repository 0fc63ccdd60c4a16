const A = () => <B x={1} y="b" />;
