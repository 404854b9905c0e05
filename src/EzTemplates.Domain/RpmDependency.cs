using System.Runtime.InteropServices;

namespace EzTemplates.Domain;

/// <summary>What a dependency of an RPM asks for.</summary>
public enum RpmDependencyKind : byte
{
    /// <summary>Equals <see cref="Requires"/> for choosing the set; it differs in order.</summary>
    PreRequires,
    Requires,
    Recommends,
    Suggests,

    /// <summary>The package wants to be there when what is named is.</summary>
    Supplements,
    Enhances,
    Conflicts,

    /// <summary>Matches a package's own name and version, never what it provides.</summary>
    Obsoletes,
}

/// <summary>What a term of a dependency says; rich dependencies nest them (rpm's documentation, "Boolean Dependencies").</summary>
public enum RpmOperator : byte
{
    /// <summary>A name with a version range.</summary>
    Relation,
    And,
    Or,

    /// <summary>The first holds if the second does, else the third where there is one.</summary>
    If,

    /// <summary>The first holds unless the second does, then the third; without a third the second must not hold.</summary>
    Unless,

    /// <summary>One single package meets all.</summary>
    With,

    /// <summary>One single package meets the first and not the second.</summary>
    Without,
}

/// <summary>A relation of a universe, by number; two are equal exactly when name, relation and version are the same text.</summary>
public readonly record struct RpmRelationId(int Value);

/// <summary>A name with a version range: what is required, provided, in conflict or obsoleted. The version is empty for any.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct RpmRelation(StringId Name, VersionRelation Relation, StringId Version);

/// <summary>
/// A dependency or a part of one. For <see cref="RpmOperator.Relation"/>, <paramref name="First"/> is the number of an
/// <see cref="RpmRelation"/>; else the operands are the <paramref name="Count"/> terms from <paramref name="First"/> on in
/// <see cref="RpmUniverse.Terms"/>.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct RpmTerm(RpmOperator Operator, int First, int Count)
{
    public RpmRelationId Relation => new(First);
}

[StructLayout(LayoutKind.Sequential)]
public readonly record struct RpmDependency(RpmDependencyKind Kind, RpmTerm Term);

/// <summary>A package that provides a name, and with which range.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct RpmProvider(PackageId Package, RpmRelationId Provided);

[Flags]
public enum RpmPackageFlags
{
    None = 0,

    /// <summary>Several versions may be installed side by side: a kernel.</summary>
    InstallOnly = 1,

    /// <summary>A security advisory names this very package, or one of its name that is gone, of which it is the next version.</summary>
    Security = 2,

    /// <summary>A package of a module stream, by its own label or by the modules' metadata.</summary>
    Modular = 4,
}

/// <summary>A stream of a module in one repository, all its builds together: <c>nodejs:20</c>.</summary>
/// <param name="IsDefault">1 where the repository enables it for who asks for no other stream.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct RpmModuleStream(StringId Module, StringId Stream, int Source, int IsDefault);

/// <summary>A module that a stream needs at run time, in one of its streams (empty: any); the streams of one module are alternatives.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct RpmModuleNeed(StringId Module, StringId Stream);

public enum RpmMemberKind : byte
{
    Mandatory,
    Default,
    Optional,

    /// <summary>Comes with the group where the package named by the condition is installed.</summary>
    Conditional,

    /// <summary>Of an environment group: another group.</summary>
    Group,
    OptionalGroup,
}

/// <summary>What a group of comps.xml brings.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct RpmGroupMember(StringId Name, RpmMemberKind Kind, StringId Condition);
