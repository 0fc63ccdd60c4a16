export const A = ({ a, b }: Props) => <div>{b}</div>;
