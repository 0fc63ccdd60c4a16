export const A = ({ a, b, c }: Props) => <div>{b}</div>;
