defmodule A do
  alias B
end
