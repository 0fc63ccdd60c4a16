const A = () => <B x={2} y="b" />;
