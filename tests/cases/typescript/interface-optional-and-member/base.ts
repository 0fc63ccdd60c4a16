export interface P {
  name: string;
  size: number;
}
