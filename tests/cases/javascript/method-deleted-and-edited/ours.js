import { read } from "./io";
import { parse } from "./parser";

const colors = {
  red: 1,
  green: 2,
};

export class Store {
  save(path) {
    write(path, this.rows);
  }
}
