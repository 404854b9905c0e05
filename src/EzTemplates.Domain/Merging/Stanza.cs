using System.Collections.Immutable;
using System.Text;

namespace EzTemplates.Domain.Merging;

/// <summary>
/// A stanza as dpkg, APT and debconf write it: fields with the lines that continue them, in order. Root inside an environment writes
/// them as long as it likes, so reading and merging take time in proportion to that.
/// </summary>
/// <param name="Fields">A text begins with what follows the colon, and has the continued lines as they stand.</param>
internal sealed record Stanza(ImmutableArray<(string Name, string Text)> Fields)
{
    /// <exception cref="MalformedStateException">A line is no field.</exception>
    public static Stanza Parse(string text, int firstLine = 1)
    {
        var fields = new List<(string Name, StringBuilder Text)>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith(' ') || line.StartsWith('\t'))
            {
                var continued = fields.Count > 0 ? fields[^1].Text : throw new MalformedStateException($"the stanza at line {firstLine} begins with a line that continues none");
                continued.Append('\n').Append(line);
                continue;
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var name = colon > 0 ? line[..colon] : throw new MalformedStateException($"the stanza at line {firstLine} has a line without a field");
            if (!names.Add(name))
            {
                throw new MalformedStateException($"the stanza at line {firstLine} has `{TreePath.Display(name)}` twice");
            }

            fields.Add((name, new StringBuilder().Append(line.AsSpan(colon + 1))));
        }

        return new Stanza([.. fields.Select(field => (field.Name, field.Text.ToString()))]);
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
        var (before, mine, after) = (old?.ByName() ?? [], own.ByName(), next.ByName());
        var merged = ImmutableArray.CreateBuilder<(string Name, string Text)>();
        foreach (var name in Order(own, next))
        {
            var texts = (Old: before.GetValueOrDefault(name), Private: mine.GetValueOrDefault(name), Next: after.GetValueOrDefault(name));
            var text = texts.Private == texts.Next || texts.Next == texts.Old ? texts.Private : texts.Private == texts.Old ? texts.Next : resolve(name, texts);
            if (text is not null)
            {
                merged.Add((name, text));
            }
        }

        return new Stanza(merged.ToImmutable());
    }

    private static LinkedList<string> Order(Stanza own, Stanza next)
    {
        var order = new LinkedList<string>(next.Fields.Select(field => field.Name));
        var places = new Dictionary<string, LinkedListNode<string>>(StringComparer.Ordinal);
        for (var place = order.First; place is not null; place = place.Next)
        {
            places.Add(place.Value, place);
        }

        LinkedListNode<string>? previous = null;
        foreach (var (name, _) in own.Fields)
        {
            if (!places.TryGetValue(name, out var place))
            {
                place = previous is null ? order.AddFirst(name) : order.AddAfter(previous, name);
                places.Add(name, place);
            }

            previous = place;
        }

        return order;
    }

    private Dictionary<string, string> ByName() => Fields.ToDictionary(field => field.Name, field => field.Text, StringComparer.Ordinal);
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
