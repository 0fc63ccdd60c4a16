(ns a.b
  (:require [x.y :as y]
            [p.q :as q]))
