export const A = ({ a, b, c }: Props) => <div>{a}</div>;
