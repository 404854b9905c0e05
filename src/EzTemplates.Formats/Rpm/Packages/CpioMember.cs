namespace EzTemplates.Formats;

/// <summary>A member's header.</summary>
/// <param name="Index">The place in the package's file list that a stripped header has; -1 for one with a name, which the reader holds.</param>
/// <param name="Size">Bytes of content, a symbolic link's target included.</param>
internal readonly record struct CpioMember(int Index, long Size);
