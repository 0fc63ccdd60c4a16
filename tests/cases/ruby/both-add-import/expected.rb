require "json"
require "set"
require "time"
require "uri"

COLORS = {
  red: 1,
  green: 2,
}

class Store
  def load(path, mode)
    data = read(path, mode)
    rows = parse(data, LIMIT)
    if rows && data
      emit(rows)
    end
    rows
  end

  def save(path)
    write(path, @rows)
  end
end
