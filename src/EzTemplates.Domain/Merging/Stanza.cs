using System.Collections.Immutable;

namespace EzTemplates.Domain.Merging;

/// <summary>A stanza as dpkg, APT and debconf write it: fields with the lines that continue them, in order.</summary>
/// <param name="Fields">A text begins with what follows the colon, and has the continued lines as they stand.</param>
internal sealed record Stanza(ImmutableArray<(string Name, string Text)> Fields)
{
    /// <exception cref="MalformedStateException">A line is no field.</exception>
    public static Stanza Parse(string text, int firstLine = 1)
    {
        var fields = ImmutableArray.CreateBuilder<(string Name, string Text)>();
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith(' ') || line.StartsWith('\t'))
            {
                if (fields.Count == 0)
                {
                    throw new MalformedStateException($"the stanza at line {firstLine} begins with a line that continues none");
                }

                fields[^1] = (fields[^1].Name, $"{fields[^1].Text}\n{line}");
                continue;
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var name = colon > 0 ? line[..colon] : throw new MalformedStateException($"the stanza at line {firstLine} has a line without a field");
            if (fields.Any(field => field.Name == name))
            {
                throw new MalformedStateException($"the stanza at line {firstLine} has `{TreePath.Display(name)}` twice");
            }

            fields.Add((name, line[(colon + 1)..]));
        }

        return new Stanza(fields.ToImmutable());
    }

    /// <summary>The field's text; null if there is none.</summary>
    public string? Find(string name)
    {
        foreach (var field in Fields)
        {
            if (field.Name == name)
            {
                return field.Text;
            }
        }

        return null;
    }

    /// <summary>The field's value without the blanks around it; empty if there is none.</summary>
    public string Value(string name) => Find(name)?.Trim() ?? "";

    public override string ToString() => string.Join('\n', Fields.Select(field => $"{field.Name}:{field.Text}"));

    /// <summary>
    /// Field by field, in the new version's order; what only the environment has comes after what it follows there.
    /// </summary>
    /// <param name="resolve">Of a field that both sides changed, in its three texts; null: it goes.</param>
    public static Stanza Merge(Stanza? old, Stanza own, Stanza next, Func<string, (string? Old, string? Private, string? Next), string?> resolve)
    {
        var order = next.Fields.Select(field => field.Name).ToList();
        for (var i = 0; i < own.Fields.Length; i++)
        {
            if (!order.Contains(own.Fields[i].Name))
            {
                order.Insert(i == 0 ? 0 : order.IndexOf(own.Fields[i - 1].Name) + 1, own.Fields[i].Name);
            }
        }

        var merged = ImmutableArray.CreateBuilder<(string Name, string Text)>();
        foreach (var name in order)
        {
            var (before, mine, after) = (old?.Find(name), own.Find(name), next.Find(name));
            var text = mine == after || after == before ? mine : mine == before ? after : resolve(name, (before, mine, after));
            if (text is not null)
            {
                merged.Add((name, text));
            }
        }

        return new Stanza(merged.ToImmutable());
    }
}

/// <summary>A file of stanzas with an empty line after each.</summary>
internal abstract class StanzaFormat : StateFormat
{
    protected override string Join(IEnumerable<string> records) => string.Concat(records.Select(record => record + "\n\n"));

    protected override IEnumerable<StateRecord> Split(string text)
    {
        var lines = Lines(text);
        for (var i = 0; i < lines.Count; i++)
        {
            var first = i;
            for (; i < lines.Count && lines[i].Length > 0; i++)
            {
            }

            if (i > first)
            {
                var stanza = string.Join('\n', lines.Skip(first).Take(i - first));
                var key = KeyOf(Stanza.Parse(stanza, first + 1));
                yield return key is null ? throw new MalformedStateException($"the stanza at line {first + 1} does not say what it is about") : new StateRecord(key, stanza);
            }
        }
    }

    /// <summary>Null: it has none.</summary>
    protected abstract string? KeyOf(Stanza stanza);

    /// <summary>Name and architecture; a blank sorts before all that a name may have.</summary>
    protected static string? PackageOf(Stanza stanza) =>
        stanza.Value("Package") is { Length: > 0 } name && stanza.Value("Architecture") is { Length: > 0 } architecture ? $"{name} {architecture}" : null;
}
