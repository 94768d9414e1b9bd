-- The contacts of a list in the order of their numbers, a page after another: without it each page sorts all that follow.
CREATE INDEX contact_in_list ON contact (list, id);
