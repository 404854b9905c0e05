namespace EzTemplates.Formats;

/// <summary>A member's header. Names are bytes as chars (Latin-1).</summary>
/// <param name="Name">As it stands in the archive; null for a stripped header, which has a place instead.</param>
/// <param name="Index">The place in the package's file list; -1 where there is a name.</param>
/// <param name="Size">Bytes of content, a symbolic link's target included.</param>
internal sealed record CpioMember(string? Name, int Index, long Size);
