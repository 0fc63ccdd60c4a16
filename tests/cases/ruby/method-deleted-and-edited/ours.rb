require "json"
require "set"

COLORS = {
  red: 1,
  green: 2,
}

class Store
  def save(path)
    write(path, @rows)
  end
end
