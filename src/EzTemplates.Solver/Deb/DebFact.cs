using EzTemplates.Domain;

namespace EzTemplates.Solver;

internal enum DebFactKind : byte
{
    /// <summary>The recipe asks for <c>Install[Index]</c>.</summary>
    Root,

    /// <summary>The package itself is asked for.</summary>
    Exactly,

    /// <summary>The package is essential, so its name is a root.</summary>
    Essential,

    /// <summary>The package is part of the base.</summary>
    Base,

    /// <summary>The package's dependency number Index.</summary>
    Depends,

    /// <summary>The package's Conflicts or Breaks number Index.</summary>
    Conflicts,

    /// <summary>Only one version of the package's name and architecture can be installed.</summary>
    OneVersion,

    /// <summary>Two architectures of one name cannot be installed together: Package and the package numbered Index.</summary>
    Siblings,
}

/// <summary>What a clause says, so that a conflict can be told in words.</summary>
internal readonly record struct DebFact(DebFactKind Kind, PackageId Package, int Index);
