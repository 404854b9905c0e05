using EzTemplates.Domain;

namespace EzTemplates.Solver;

internal enum RpmFactKind : byte
{
    /// <summary>The recipe asks for <c>Roots[Index]</c>.</summary>
    Root,

    /// <summary>The package is part of the base.</summary>
    Base,

    /// <summary>The installed package stays, or gives way to an update.</summary>
    Installed,

    /// <summary>The recipe takes installed packages away.</summary>
    Removed,

    /// <summary>The package's dependency number Index: what it requires.</summary>
    Requires,

    /// <summary>The package's dependency number Index: what it conflicts with.</summary>
    Conflicts,

    /// <summary>The package's dependency number Index: what it obsoletes.</summary>
    Obsoletes,

    /// <summary>Only one package of the package's name can be installed, apart from architectures that go together.</summary>
    OneVersion,
}

/// <summary>What a clause says, so that a conflict can be told in words.</summary>
internal readonly record struct RpmFact(RpmFactKind Kind, PackageId Package, int Index);
