import { read } from "./io";
import { parse } from "./parser";

const colors = {
  red: 1,
  green: 2,
  blue: 3,
};

export class Store {
  load(path, mode) {
    const data = read(path, mode);
    const rows = parse(data, limit);
    if (rows && data) {
      emit(rows);
    }
    return rows;
  }

  save(path) {
    write(path, this.rows);
  }
}
