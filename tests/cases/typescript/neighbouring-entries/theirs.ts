import { read } from "./io";
import { parse } from "./parser";

const colors = {
  red: 1,
  green: 20,
};

export class Store {
  load(path: string, mode: Mode) {
    const data = read(path, mode);
    const rows = parse(data, limit);
    if (rows && data) {
      emit(rows);
    }
    return rows;
  }

  save(path: string) {
    write(path, this.rows);
  }
}
