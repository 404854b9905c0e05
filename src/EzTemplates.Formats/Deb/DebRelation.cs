using System.Collections.Immutable;
using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>One alternative: <c>name:arch (relation version)</c>; what is absent is empty. The restrictions are a source package's.</summary>
public sealed record DebAlternative(string Name, string Architecture, VersionRelation Relation, string Version)
{
    public string ArchitectureRestriction { get; init; } = "";

    public string ProfileRestriction { get; init; } = "";

    /// <summary>Whether a package of that version (its name being this one's) is meant.</summary>
    public bool Admits(string version) =>
        Relation == VersionRelation.Any || Relation.Admits(DebVersionOrder.Compare(version, Version));

    public override string ToString() =>
        (Architecture == "" ? Name : $"{Name}:{Architecture}") + (Relation == VersionRelation.Any ? "" : $" ({Relation.Symbol()} {Version})");
}

/// <summary>One entry of a dependency field: alternatives in the author's order, at least one.</summary>
public sealed record DebRelation(ImmutableArray<DebAlternative> Alternatives)
{
    public bool Equals(DebRelation? other) => other is not null && Alternatives.AsSpan().SequenceEqual(other.Alternatives.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Alternatives.Length, Alternatives[0]);

    public override string ToString() => string.Join(" | ", Alternatives);

    /// <summary>Reads a whole field.</summary>
    /// <exception cref="FormatException">It is not a dependency field; the message says why.</exception>
    public static ImmutableArray<DebRelation> Parse(ReadOnlySpan<byte> value)
    {
        var relations = ImmutableArray.CreateBuilder<DebRelation>();
        var alternatives = ImmutableArray.CreateBuilder<DebAlternative>();
        var reader = new DebRelationReader(value);
        while (reader.Next())
        {
            alternatives.Add(new DebAlternative(
                Encoding.UTF8.GetString(reader.Name),
                Encoding.UTF8.GetString(reader.Architecture),
                reader.Relation,
                Encoding.UTF8.GetString(reader.Version))
            {
                ArchitectureRestriction = Encoding.UTF8.GetString(reader.ArchitectureRestriction),
                ProfileRestriction = Encoding.UTF8.GetString(reader.ProfileRestriction),
            });
            if (!reader.HasMoreAlternatives)
            {
                relations.Add(new DebRelation(alternatives.ToImmutable()));
                alternatives.Clear();
            }
        }

        return reader.Problem is null ? relations.ToImmutable() : throw new FormatException(reader.Problem);
    }
}
