import { read } from "./io";
import { parse } from "./parser";

const colors = {
  red: 1,
  green: 2,
};

export class Store {
  save(path: string) {
    write(path, this.rows);
  }
}
