namespace EzTemplates.Domain;

/// <summary>How a version restricts a requirement.</summary>
public enum VersionRelation : byte
{
    Any,
    Less,
    LessOrEqual,
    Equal,
    GreaterOrEqual,
    Greater,
}

public static class VersionRelations
{
    public static string Symbol(this VersionRelation relation, PackageFamily family = PackageFamily.Deb) => relation switch
    {
        VersionRelation.Any => "",
        VersionRelation.Less => family == PackageFamily.Deb ? "<<" : "<",
        VersionRelation.LessOrEqual => "<=",
        VersionRelation.Equal => "=",
        VersionRelation.GreaterOrEqual => ">=",
        VersionRelation.Greater => family == PackageFamily.Deb ? ">>" : ">",
        _ => throw new ArgumentOutOfRangeException(nameof(relation)),
    };

    /// <summary>Whether a version that compares to the bound as <paramref name="order"/> (negative, 0, positive) satisfies the relation.</summary>
    public static bool Admits(this VersionRelation relation, int order) => relation switch
    {
        VersionRelation.Any => true,
        VersionRelation.Less => order < 0,
        VersionRelation.LessOrEqual => order <= 0,
        VersionRelation.Equal => order == 0,
        VersionRelation.GreaterOrEqual => order >= 0,
        VersionRelation.Greater => order > 0,
        _ => false,
    };
}

/// <summary>The package family, which decides formats and the meaning of dependencies.</summary>
public enum PackageFamily
{
    Deb,
    Rpm,
}

/// <summary>A top-level package as a recipe names it: <c>nginx</c>, <c>openssl &gt;= 3.0.11</c>, <c>libc6:i386</c>.</summary>
public sealed record PackageRequest(string Name, VersionRelation Relation = VersionRelation.Any, string Version = "", string Architecture = "")
{
    public override string ToString() =>
        (Architecture == "" ? Name : $"{Name}:{Architecture}") + (Relation == VersionRelation.Any ? "" : $" {Symbol} {Version}");

    private string Symbol => Relation switch
    {
        VersionRelation.Less => "<",
        VersionRelation.Greater => ">",
        _ => Relation.Symbol(),
    };
}
