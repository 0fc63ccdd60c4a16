defp deps do
  [
    {:plug, "~> 1.1"},
    {:ecto, "~> 3.0"}
  ]
end
