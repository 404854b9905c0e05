using System.Collections.Immutable;
using System.Globalization;

namespace EzTemplates.Domain.Merging;

/// <summary>A program that may stand for the alternative's name.</summary>
/// <param name="Slaves">Paths by the slaves' names; those it has none for are left out.</param>
public sealed record AlternativeChoice(string Path, int Priority, ImmutableSortedDictionary<string, string> Slaves)
{
    public bool Equals(AlternativeChoice? other) => other is not null && Path == other.Path && Priority == other.Priority && Slaves.SequenceEqual(other.Slaves);

    public override int GetHashCode() => HashCode.Combine(Path, Priority, Slaves.Count);
}

/// <summary>
/// A file of /var/lib/dpkg/alternatives, as update-alternatives writes it: <c>auto</c> or <c>manual</c>, the link, then name and link of
/// each slave, an empty line, and for each choice its path, priority and a line a slave, which is empty where it has none; at the end an
/// empty line.
/// </summary>
/// <param name="Slaves">Links by the slaves' names, sorted as the choices by their paths.</param>
public sealed record Alternative(string Mode, string Link, ImmutableSortedDictionary<string, string> Slaves, ImmutableArray<AlternativeChoice> Choices)
{
    public const string Automatic = "auto";
    public const string Manual = "manual";

    /// <summary>What update-alternatives takes in auto mode: the highest priority, of several the first.</summary>
    public AlternativeChoice? Best => Choices.IsEmpty ? null : Choices.MaxBy(choice => choice.Priority);

    /// <returns>Null for what is no such file.</returns>
    public static Alternative? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            return null;
        }

        var lines = new Queue<string>(text.Split('\n'));
        if (!lines.TryDequeue(out var mode) || mode is not (Automatic or Manual) || !lines.TryDequeue(out var link) || !link.StartsWith('/'))
        {
            return null;
        }

        var slaves = new List<(string Name, string Link)>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        while (lines.TryDequeue(out var name) && name.Length > 0)
        {
            if (!lines.TryDequeue(out var at) || !at.StartsWith('/') || !known.Add(name))
            {
                return null;
            }

            slaves.Add((name, at));
        }

        var choices = ImmutableArray.CreateBuilder<AlternativeChoice>();
        known.Clear();
        while (lines.TryDequeue(out var path) && path.Length > 0)
        {
            if (!known.Add(path) || TryReadChoice(path, slaves, lines) is not { } choice)
            {
                return null;
            }

            choices.Add(choice);
        }

        return new Alternative(mode, link, Sorted(slaves.Select(slave => KeyValuePair.Create(slave.Name, slave.Link))), choices.ToImmutable());
    }

    /// <summary>As update-alternatives writes it.</summary>
    public override string ToString()
    {
        var lines = new List<string> { Mode, Link };
        lines.AddRange(Slaves.SelectMany(slave => (string[])[slave.Key, slave.Value]));
        lines.Add("");
        foreach (var choice in Choices.OrderBy(choice => choice.Path, StringComparer.Ordinal))
        {
            lines.Add(choice.Path);
            lines.Add(choice.Priority.ToString(CultureInfo.InvariantCulture));
            lines.AddRange(Slaves.Keys.Select(name => choice.Slaves.GetValueOrDefault(name, "")));
        }

        lines.Add("");
        return string.Join('\n', lines) + "\n";
    }

    /// <summary>Sorted by raw bytes.</summary>
    public static ImmutableSortedDictionary<string, string> Sorted(IEnumerable<KeyValuePair<string, string>> pairs) =>
        ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, pairs);

    private static AlternativeChoice? TryReadChoice(string path, List<(string Name, string Link)> slaves, Queue<string> lines)
    {
        if (!path.StartsWith('/') || !lines.TryDequeue(out var number) || !int.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var priority))
        {
            return null;
        }

        var paths = new List<KeyValuePair<string, string>>();
        foreach (var (name, _) in slaves)
        {
            if (!lines.TryDequeue(out var at))
            {
                return null;
            }

            if (at.Length > 0)
            {
                paths.Add(KeyValuePair.Create(name, at));
            }
        }

        return new AlternativeChoice(path, priority, Sorted(paths));
    }
}
