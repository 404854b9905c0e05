namespace EzTemplates.Repositories;

/// <summary>
/// Reads apt.conf(5) as far as scalar options go: <c>A::B "c";</c>, <c>A { B "c"; };</c>, comments (<c>//</c>, <c>#</c>,
/// <c>/* */</c>). Tolerant: what it does not understand it passes over, as these files hold much that is none of our business.
/// </summary>
internal static class AptConfText
{
    /// <summary>Adds the options of a text to those read before; keys are lower case (APT compares them without case), a later one wins.</summary>
    public static void ReadInto(Dictionary<string, string> options, string text)
    {
        var scopes = new Stack<string>();
        var words = new List<string>();
        foreach (var token in Tokens(text))
        {
            switch (token)
            {
                case "{":
                    scopes.Push(Key(scopes, words.FirstOrDefault() ?? ""));
                    words.Clear();
                    break;
                case "}":
                    _ = scopes.TryPop(out _);
                    words.Clear();
                    break;
                case ";":
                    if (words.Count == 2)
                    {
                        options[Key(scopes, words[0])] = words[1];
                    }

                    words.Clear();
                    break;
                default:
                    words.Add(token);
                    break;
            }
        }
    }

    public static bool IsFalse(Dictionary<string, string> options, string key) =>
        options.TryGetValue(key, out var value) && value.ToLowerInvariant() is "false" or "no" or "0" or "off" or "without" or "disable";

    private static string Key(Stack<string> scopes, string name)
    {
        var outer = scopes.TryPeek(out var scope) ? scope : "";
        return outer == "" ? name.ToLowerInvariant() : outer + "::" + name.ToLowerInvariant();
    }

    private static IEnumerable<string> Tokens(string text)
    {
        for (var i = 0; i < text.Length;)
        {
            if (char.IsWhiteSpace(text[i]))
            {
                i++;
            }
            else if (text[i] == '#' || text.AsSpan(i).StartsWith("//"))
            {
                i = After(text, i, "\n");
            }
            else if (text.AsSpan(i).StartsWith("/*"))
            {
                i = After(text, i + 2, "*/");
            }
            else if (text[i] is '{' or '}' or ';')
            {
                yield return text[i++].ToString();
            }
            else if (text[i] == '"')
            {
                var end = After(text, i + 1, "\"");
                yield return text[(i + 1)..end].TrimEnd('"');
                i = end;
            }
            else
            {
                var start = i;
                while (i < text.Length && !char.IsWhiteSpace(text[i]) && text[i] is not ('{' or '}' or ';' or '"'))
                {
                    i++;
                }

                yield return text[start..i];
            }
        }
    }

    private static int After(string text, int start, string mark)
    {
        var at = start > text.Length ? -1 : text.IndexOf(mark, start, StringComparison.Ordinal);
        return at < 0 ? text.Length : at + mark.Length;
    }
}
