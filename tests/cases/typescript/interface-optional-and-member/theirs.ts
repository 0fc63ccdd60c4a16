export interface P {
  name: string;
  size: number;
  color: string;
}
