export const A = ({ a, b }: Props) => <div>{a}</div>;
