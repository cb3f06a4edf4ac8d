"""Files that belong to a record: checked, stored by their content, served under the record's permission."""
